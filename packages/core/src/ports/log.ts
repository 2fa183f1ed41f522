export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Structured log. Messages are constant, data is in the fields, nothing a client chose is in either.
 *
 * `error`: the node gave something up. `warn`: it will try again. `info`: one line per lifecycle change of the node.
 * `debug`: the rest.
 */
export interface Log {
  error(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
}
