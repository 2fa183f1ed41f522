import { relay } from './relay.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario, in the order in which they are run and shown. */
export const SCENARIOS: readonly Scenario[] = [relay];
