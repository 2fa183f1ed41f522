/** Tells whoever started this program that it listens, and where. */
export function tellPort(port: number): void {
  console.log(JSON.stringify({ listening: port }));
}
