import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One address, and behind it whichever server a test says. */
export interface MovableDoor {
  readonly url: string;
  /** Whoever comes from now on is led to this port. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

export async function movableDoor(port: number): Promise<MovableDoor> {
  let target = port;
  const open = new Set<Socket>();
  const server = createServer((visitor) => {
    const host = connect(target, '127.0.0.1');
    for (const [end, other] of [
      [visitor, host],
      [host, visitor],
    ] as const) {
      open.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => open.delete(end));
      end.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (next) => void (target = next),
    close() {
      for (const end of open) end.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
