import { page } from './page.ts';
import type { VisitState } from './visit.ts';
import { stateText, UNREACHABLE } from './words.ts';

/** Who has been on the way in for so long is told that the server cannot be reached. */
const REACHED_WITHIN_MS = 4_000;

let impatience: ReturnType<typeof setTimeout> | undefined;

/** Says how things stand; `online`: the server can be reached, or nothing speaks against it yet. */
export function showStateLine(state: VisitState, online: boolean): void {
  // Each attempt that fails says once more that the page is entering: the wait goes on, and so does what was said of it.
  if (state === 'entering' && page.state.dataset['state'] === state && !online) return;
  clearTimeout(impatience);
  page.state.dataset['state'] = state;
  page.state.textContent = stateText(state, online);
  if (state === 'entering')
    impatience = setTimeout(() => (page.state.textContent = UNREACHABLE), REACHED_WITHIN_MS);
}
