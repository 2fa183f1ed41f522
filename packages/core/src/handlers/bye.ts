import type { Handler } from './handler.ts';

export const bye: Handler<'bye'> = ({ session }) => session.close('normal');
