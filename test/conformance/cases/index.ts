import type { Case } from '../case.ts';
import { answers } from './answers.ts';
import { away } from './away.ts';
import { codes } from './codes.ts';
import { ending } from './ending.ts';
import { expiry } from './expiry.ts';
import { ice } from './ice.ts';
import { identity } from './identity.ts';
import { joining } from './joining.ts';
import { leaving } from './leaving.ts';
import { mail } from './mail.ts';
import { matching } from './matching.ts';
import { opening } from './opening.ts';
import { proving } from './proving.ts';
import { refusedTokens } from './refused-tokens.ts';
import { refusals } from './refusals.ts';
import { restarting } from './restarting.ts';
import { resuming } from './resuming.ts';
import { rights } from './rights.ts';
import { signaling } from './signaling.ts';
import { validating } from './validating.ts';

/** Everything that PROTOCOL.md promises and a client can see, in the order in which one would read it. */
export const CASES: readonly Case[] = [
  ...opening,
  ...refusals,
  ...answers,
  ...ice,
  ...joining,
  ...codes,
  ...leaving,
  ...signaling,
  ...matching,
  ...validating,
  ...ending,
  ...resuming,
  ...proving,
  ...restarting,
  ...away,
  ...mail,
  ...identity,
  ...rights,
  ...expiry,
  ...refusedTokens,
];
