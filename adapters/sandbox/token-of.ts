import type { Manifest } from '../../schemas/manifest.ts';
import { compileRecognisers } from '../recogniser.ts';

/** The part of a code that the system is asked about. Throws for a template whose codes its own manifest does not know. */
export function openTokenOf(manifest: Manifest): (code: string) => string {
  const recognise = compileRecognisers([manifest]);
  return (code) => {
    const recognition = recognise(code);
    if (recognition === null)
      throw new Error(`${manifest.province}: code_template gives codes that recognise does not know`);
    return recognition.token;
  };
}
