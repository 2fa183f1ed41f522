/**
 * A node that a test may use up: tests are more than one caller is allowed to be. Whoever wants a limit sets it; that limits
 * protect is for test/abuse to show.
 */
export const unlimited: NodeJS.ProcessEnv = {
  PARLEY_UPGRADES_PER_MINUTE: '0',
  PARLEY_UPGRADES_PER_MINUTE_PER_TOKEN: '0',
  PARLEY_FAILED_CREDENTIALS_PER_MINUTE: '0',
  PARLEY_JOINS_PER_MINUTE: '0',
  PARLEY_MATCHES_PER_MINUTE: '0',
  PARLEY_UPDATES_PER_MINUTE: '0',
  PARLEY_CODES_PER_MINUTE: '0',
  PARLEY_CODES_PER_MINUTE_PER_REALM: '0',
  PARLEY_SIGNALS_PER_SECOND: '0',
  PARLEY_SIGNAL_BYTES_PER_SECOND: '0',
};
