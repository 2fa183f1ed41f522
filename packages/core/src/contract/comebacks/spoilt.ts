import type { Directory } from '../../ports/directory.ts';
import type { Law } from './laws.ts';
import { SPOILT_PEERS } from './spoilt-peers.ts';
import { SPOILT_ROOMS } from './spoilt-rooms.ts';

/** A directory that breaks one law, for the models to notice it. */
export interface Spoilt {
  readonly law: Law;
  readonly by: string;
  readonly spoil: (directory: Directory) => Directory;
}

export const SPOILT: readonly Spoilt[] = [...SPOILT_PEERS, ...SPOILT_ROOMS];
