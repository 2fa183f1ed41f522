/**
 * A candidate attribute of RFC 8839 section 5.1, as real stacks write it:
 *
 * - with `a=` before it (libdatachannel) or without (browsers);
 * - empty, which ends the candidates of one generation (RFC 8838, Firefox, W3C);
 * - the address may be IPv4, IPv6 (with a zone), a name, or the `.local` name behind which browsers hide it;
 * - any transport token (`udp`, `UDP`, `tcp`, `ssltcp`), any type token;
 * - after the type, pairs of name and value that nobody has to know: `raddr`, `rport`, `tcptype`, `generation`.
 */
export const CANDIDATE_PATTERN = attribute({
  foundation: '[A-Za-z0-9+/=_-]{1,32}',
  component: '\\d{1,5}',
  transport: '[A-Za-z][A-Za-z0-9-]{0,31}',
  priority: '\\d{1,10}',
  address: '[A-Za-z0-9.:_%-]{1,253}',
  port: '(?:\\d{1,4}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d\\d|655[0-2]\\d|6553[0-5])',
  type: '[a-z]{1,32}',
  pairs: '(?: [!-~]+ [!-~]*)*',
});

/** Whether `text` is a candidate attribute, or empty: {@link CANDIDATE_PATTERN}. */
export function isCandidate(text: string): boolean {
  return CANDIDATE_PATTERN.test(text);
}

function attribute(part: Record<string, string>): RegExp {
  const { foundation, component, transport, priority, address, port, type, pairs } = part;
  return new RegExp(
    `^(?:(?:a=)?candidate:${foundation} ${component} ${transport} ${priority} ${address} ${port} typ ${type}${pairs})?$`,
  );
}
