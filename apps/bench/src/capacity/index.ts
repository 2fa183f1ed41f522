import { readFile } from 'node:fs/promises';

import { readCosts, type Habits } from './costs.ts';
import { capacityTable } from './table.ts';

/** The rate that is stated: everybody meets somebody twice an hour, and stays for half of one. */
export const USUAL: Habits = { pairingsPerSocketHour: 2, sessionMinutes: 30, signalsPerPairing: 18 };

/** Measured costs that lie beside the model. */
export const COSTS = new URL('costs.json', import.meta.url);

/**
 * What 100,000, 1 million and 10 million sockets need, as Markdown.
 *
 * @param costs a file as `costsSchema` describes it
 * @throws Error when there is no such file, or it cannot be reckoned with
 */
export async function describeCapacity(costs: string | URL = COSTS, habits: Habits = USUAL): Promise<string> {
  return capacityTable(readCosts(await readFile(costs, 'utf8')), habits);
}
