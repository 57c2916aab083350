import { type ComponentChildren, render } from 'preact';
import { keysOf } from '../../../schemas/code-lists/index.ts';
import { LANGUAGE_NAMES, PAGE_TEXTS, type PagePath, SHELL_TEXTS } from '../../../schemas/texts/shell.ts';
import { addressIn, language, say } from './language.ts';
import './shell.css';

interface ShellProps {
  /** Null: none of the pages that the navigation leads to. */
  readonly path: PagePath | null;
  readonly children: ComponentChildren;
}

/** What every page has: a way past the navigation, the navigation, the language, and the page's own content. */
export function Shell({ path, children }: ShellProps) {
  return (
    <>
      <a class="skip" href="#content">
        {say(SHELL_TEXTS.skip)}
      </a>
      <header class="shell">
        <p class="brand">{say(SHELL_TEXTS.brand)}</p>
        <nav aria-label={say(SHELL_TEXTS.pages)}>
          {keysOf(PAGE_TEXTS).map((other) => (
            <a key={other} href={`${other}?lang=${language}`} aria-current={other === path ? 'page' : undefined}>
              {say(PAGE_TEXTS[other].name)}
            </a>
          ))}
        </nav>
        <nav aria-label={say(SHELL_TEXTS.language)}>
          {keysOf(LANGUAGE_NAMES)
            .filter((other) => other !== language)
            .map((other) => (
              <a key={other} href={addressIn(other)} lang={other} hreflang={other}>
                {LANGUAGE_NAMES[other]}
              </a>
            ))}
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** Where whoever works with keys goes on when what had the focus is gone: before everything that the page says. */
export function focusContent(): void {
  document.getElementById('content')?.focus({ preventScroll: true });
}

/** Puts a page into its document. */
export function show(page: ComponentChildren): void {
  const place = document.getElementById('page');
  if (place !== null) render(page, place);
}
