import type { StateChange } from '@parley/client';

import type { Path } from './path.ts';
import type { Facts } from './status.ts';

/** What the live view knows beside {@link Facts}. */
export interface Insight {
  readonly path: Path | undefined;
  /** Of the peer connection: whether an offer is out (W3C WebRTC, RTCSignalingState). */
  readonly negotiation: string | undefined;
  readonly myNode: string | undefined;
  readonly theirNode: string | undefined;
  /** How long the other side was away the last time. */
  readonly backAfterMs: number | undefined;
}

/** A name and its value. */
export type Row = readonly [name: string, value: string];

const UNKNOWN = '–';

/** The live view, row by row; what nobody tells is left out. */
export function liveRows(facts: Facts, insight: Insight): Row[] {
  const { path, negotiation, myNode, theirNode } = insight;
  return [
    ...(myNode === undefined ? [] : [['Your node', nodeText(myNode)] as const]),
    ...(theirNode === undefined ? [] : [['Their node', nodeText(theirNode)] as const]),
    ['Your line to Parley', serverText(facts.server)],
    ['The other side', otherText(facts, insight)],
    ['Negotiation', negotiation ?? UNKNOWN],
    ['Link', facts.link],
    ['Path', path === undefined ? UNKNOWN : path.isRelayed ? 'relayed (TURN)' : 'direct'],
    ['Candidates', path === undefined ? UNKNOWN : candidatesText(path)],
    ['Round trip', path?.roundTripMs === undefined ? UNKNOWN : timeText(path.roundTripMs)],
  ];
}

/** Enough to tell one from another. */
function nodeText(node: string): string {
  return node.slice(0, 8);
}

function serverText({ state, reason }: StateChange): string {
  return reason === undefined ? state : `${state} (${reason})`;
}

function otherText({ other, link }: Facts, { backAfterMs }: Insight): string {
  if (other === 'nobody') return UNKNOWN;
  // The server says so, and the link says that it is still there.
  if (other === 'left' && link === 'connected') return 'away';
  return other === 'here' && backAfterMs !== undefined ? `back after ${timeText(backAfterMs)}` : other;
}

function candidatesText({ local, remote, protocol }: Path): string {
  return `${local} to ${remote}${protocol === undefined ? '' : `, ${protocol}`}`;
}

function timeText(ms: number): string {
  if (ms >= 1000) return `${Math.round(ms / 1000)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
