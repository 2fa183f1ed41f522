import { afterEach, beforeEach } from 'vitest';
import type { Directory } from '../ports/directory.ts';

/** What a suite works on; made anew for every test, so nothing of one test is seen by the next. */
export interface Subject {
  /** Lets this much time pass: moves a fake clock, or really waits. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

export interface DirectorySubject extends Subject {
  readonly directory: Directory;
}

export type MakeDirectory = () => Promise<DirectorySubject>;

/** A fresh subject for every test of the surrounding `describe`, closed after it. */
export function fresh<S extends Subject>(make: () => Promise<S>): () => S {
  let subject: S | undefined;
  beforeEach(async () => {
    subject = await make();
  });
  afterEach(async () => {
    await subject?.close();
    subject = undefined;
  });
  return () => {
    if (!subject) throw new Error('there is a subject only while a test runs');
    return subject;
  };
}

/** Lets time pass in small steps until `isSo`, and gives up after `withinMs`. */
export async function eventually(subject: Subject, isSo: () => boolean, withinMs = 5_000): Promise<void> {
  const stepMs = 10;
  for (let waitedMs = 0; !isSo(); waitedMs += stepMs) {
    if (waitedMs >= withinMs) throw new Error(`not so within ${withinMs} ms: ${isSo.toString()}`);
    await subject.advance(stepMs);
  }
}
