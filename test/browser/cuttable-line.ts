import type { BrowserContext, WebSocketRoute } from 'playwright-core';

/** The way from the pages of a context to the server. */
export interface CuttableLine {
  /** From now on nothing gets through, and what was open has ended. */
  cut(): void;
  mend(): void;
}

/** Lets a test cut the line of the pages that are opened in a context from now on; what stands between the pages does not pass here. */
export async function cuttableLine(context: BrowserContext): Promise<CuttableLine> {
  const open = new Set<WebSocketRoute>();
  let isCut = false;
  await context.route('**/v1/check', (route) => (isCut ? route.abort() : route.continue()));
  await context.routeWebSocket(/\/v1\/connect/, (socket) => {
    if (isCut) return void socket.close({ code: 1011 });
    const server = socket.connectToServer();
    for (const end of [socket, server]) open.add(end);
  });
  return {
    cut() {
      isCut = true;
      // A code by which neither end takes it for a goodbye.
      for (const end of open) void end.close({ code: 4900 });
      open.clear();
    },
    mend: () => void (isCut = false),
  };
}
