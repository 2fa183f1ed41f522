export * from './bus.ts';
export * from './clock.ts';
export * from './directory.ts';
export * from './limiter.ts';
export * from './log.ts';
export * from './metrics.ts';
export * from './socket.ts';
export * from './verifier.ts';
