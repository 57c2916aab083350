/** Where an entity answers for itself and for its subordinates (OpenID Federation 1.0 section 5.1.1). */
export function federationEndpoints(entityId: string) {
  return {
    federation_fetch_endpoint: `${entityId}/federation/fetch`,
    federation_list_endpoint: `${entityId}/federation/list`,
    federation_resolve_endpoint: `${entityId}/federation/resolve`,
    federation_historical_keys_endpoint: `${entityId}/federation/historical-keys`,
  };
}

/** Where the anchor gives out trust marks and says what has become of one (sections 8.4 and 8.6). */
export function trustMarkEndpoints(entityId: string) {
  return {
    federation_trust_mark_endpoint: `${entityId}/federation/trust-mark`,
    federation_trust_mark_status_endpoint: `${entityId}/federation/trust-mark-status`,
  };
}

/** Where a subordinate hands in its configuration when its keys change. Not of the standard: polling finds it as well. */
export function refreshEndpoint(entityId: string): string {
  return `${entityId}/federation/refresh`;
}
