import { createContext } from 'preact';

/** Tells everybody on the page what was done, in a place that outlives the form that did it. */
export const Announcement = createContext<(text: string) => void>(() => undefined);
