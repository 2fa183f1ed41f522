/** How long a message is when it travels. */
export function bytesOf(message: unknown): number {
  return new TextEncoder().encode(JSON.stringify(message)).length;
}
