/**
 * What a session description looks like from outside (RFC 8866 section 5, RFC 8829 section 5): `v=0` first, then
 * lines of `x=`, ended by CRLF as the RFC wants or by LF as it tolerates, and no other control character. Nobody
 * here reads what the lines say; that is between the peers.
 *
 * The last line may lack its end: scripts that edit descriptions lose it. One pass, no backtracking: a line can be
 * read in one way only.
 */
export const SDP_PATTERN = /^v=0\r?\n(?:[a-z]=[^\x00-\x1f\x7f]*\r?\n)*(?:[a-z]=[^\x00-\x1f\x7f]*)?$/;

/** Whether `text` looks like a session description: {@link SDP_PATTERN}. */
export function isSdp(text: string): boolean {
  return SDP_PATTERN.test(text);
}
