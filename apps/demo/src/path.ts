/** The way that a peer connection takes through the network. */
export interface Path {
  /** Candidate types of the selected pair (RFC 8445, section 5.1.1): `host`, `srflx`, `prflx`, `relay`. */
  readonly local: string;
  readonly remote: string;
  /** `udp` or `tcp`. */
  readonly protocol: string | undefined;
  readonly isRelayed: boolean;
  readonly roundTripMs: number | undefined;
}

/** Any entry of a report of `getStats`; the members that are read here, as far as they are there. */
type Entry = Readonly<Record<string, unknown>>;

/** Finds the selected candidate pair in what `getStats` says. `undefined` before there is one. */
export function pathOf(report: Iterable<readonly [string, unknown]>): Path | undefined {
  const entries = new Map([...report] as [string, Entry][]);
  const pair = selectedPair(entries);
  const local = entries.get(String(pair?.['localCandidateId']));
  const remote = entries.get(String(pair?.['remoteCandidateId']));
  if (pair === undefined || local === undefined || remote === undefined) return undefined;
  const types = [String(local['candidateType']), String(remote['candidateType'])] as const;
  const seconds = pair['currentRoundTripTime'];
  return {
    local: types[0],
    remote: types[1],
    protocol: typeof local['protocol'] === 'string' ? local['protocol'] : undefined,
    isRelayed: types.includes('relay'),
    roundTripMs: typeof seconds === 'number' ? seconds * 1000 : undefined,
  };
}

/** The transport names it; Firefox has no transports in its report, and marks the pair itself. */
function selectedPair(entries: ReadonlyMap<string, Entry>): Entry | undefined {
  const all = [...entries.values()];
  const transport = all.find(({ type, selectedCandidatePairId: id }) => type === 'transport' && id);
  if (transport) return entries.get(String(transport['selectedCandidatePairId']));
  return all.find(
    ({ type, selected, nominated, state }) =>
      type === 'candidate-pair' && (selected === true || (nominated === true && state === 'succeeded')),
  );
}
