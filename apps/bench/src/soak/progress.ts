/** How far it is, for whoever watches. */
export interface Progress {
  /** @param share 0 to 1 */
  show(share: number, what: string): void;
  /** Nothing more to show. */
  end(): void;
}

/** A bar that is redrawn in a terminal; anywhere else a line now and then. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? barOn(stream) : linesOn(stream);
}

function barOn(stream: NodeJS.WriteStream): Progress {
  return {
    show(share, what) {
      const text = `${bar(share)} ${what}`.slice(0, Math.max(20, stream.columns - 1));
      stream.write(`\r\u001B[2K${text}`);
    },
    end: () => stream.write('\n'),
  };
}

function linesOn(stream: NodeJS.WriteStream): Progress {
  let lastMs = -Infinity;
  return {
    show(share, what) {
      const nowMs = performance.now();
      if (nowMs - lastMs < LINE_EVERY_MS) return;
      lastMs = nowMs;
      stream.write(`${bar(share)} ${what}\n`);
    },
    end() {},
  };
}

const LINE_EVERY_MS = 15_000;
const CELLS = 20;

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * CELLS);
  const percent = Math.floor(Math.min(1, share) * 100);
  return `${'█'.repeat(full)}${'░'.repeat(CELLS - full)} ${String(percent).padStart(3)} %`;
}
