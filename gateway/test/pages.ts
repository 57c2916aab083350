/** What stands on each page once it has read what it shows. */
export const READY_PAGES: ReadonlyMap<string, string> = new Map([
  ['/', '.cards'],
  ['/scan', '.scanner'],
  ['/pass', '.pass-desk'],
  ['/coverage', '[data-live="live"]'],
  ['/registry', '[data-live="live"] #log .proof'],
  ['/docs', '#quick-start[data-settings="sandbox"] >> xpath=.. >> #schemas'],
]);
