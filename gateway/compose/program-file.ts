const AS_SOURCE = import.meta.url.endsWith('.ts');

/** A file of ours that is started as a process: as it stands in a checkout, and its compiled form in an installed package. */
export function programFile(source: URL): URL {
  return AS_SOURCE ? source : new URL(source.href.replace(/\.ts$/, '.js'));
}
