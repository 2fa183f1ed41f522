import type { HttpAnswer, ServerHandlers } from '@parley/core';

const YEAR_SECONDS = 31_536_000;

/**
 * The same handlers, whose answers bid browsers never to come without TLS again, for a year (RFC 6797).
 *
 * A browser keeps that for every port of the host's name and cannot be told otherwise without TLS: it is for a deployment that
 * has said that nobody may come without (`PARLEY_REQUIRE_SECURE`), and ends TLS itself. Where a proxy does, it is the
 * proxy's to say.
 */
export function strictTransport(handlers: ServerHandlers): ServerHandlers {
  return {
    async upgrade(request) {
      const admission = await handlers.upgrade(request);
      return admission.ok ? admission : { ok: false, answer: strict(admission.answer) };
    },
    http: async (request) => strict(await handlers.http(request)),
  };
}

function strict(answer: HttpAnswer): HttpAnswer {
  return {
    ...answer,
    headers: { ...answer.headers, 'strict-transport-security': `max-age=${YEAR_SECONDS}` },
  };
}
