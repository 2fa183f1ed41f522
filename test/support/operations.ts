import { request, type IncomingMessage } from 'node:http';

/** What an operator asks with. */
export interface Question {
  /** The `PARLEY_OPS_TOKEN`. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The text as JSON; empty where it is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks a node's operations port. Not by `fetch`, which leaves nobody the choice of `Host`. */
export async function askOperations(
  { opsPort: port }: { readonly opsPort: number },
  method: string,
  path: string,
  { token, headers, body }: Question = {},
): Promise<Answer> {
  const payload = body && JSON.stringify(body);
  const sent = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(payload !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(payload)),
    }),
    ...headers,
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const place = { host: '127.0.0.1', port };
    request({ ...place, method, path, headers: sent }, resolve)
      .on('error', reject)
      .end(payload);
  });
  const text = (await response.setEncoding('utf8').toArray()).join('');
  const isJson = response.headers['content-type']?.includes('json');
  return { status: response.statusCode ?? 0, text, body: isJson ? JSON.parse(text) : {} };
}
