/**
 * Names for logs and for whoever only looks: the same for the same id on every node that has the same key, and nothing that
 * leads back to the id for whoever has not.
 */
export interface Pseudonyms {
  readonly of: (id: string) => string;
  /** An address as logs may hold it: its pseudonym, unless the deployment wants addresses in its logs. */
  readonly address: (address: string) => string;
}
