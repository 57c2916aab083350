export { NationError } from './nation-error.ts';
export { issueCertificates } from './places.ts';
export { type PartPlace, playedCode, playServers, playSystem } from './played-part.ts';
