import { describe } from 'vitest';
import type { Listen } from '../ports/socket.ts';
import { admissionContract } from './admission.ts';
import { endingContract } from './ending.ts';
import { faultContract } from './faults.ts';
import { httpContract } from './http.ts';
import { listeningContract } from './listening.ts';
import { messageContract } from './messages.ts';
import { requestContract } from './requests.ts';
import { resilienceContract } from './resilience.ts';
import { sendingContract } from './sending.ts';
import { tlsContract } from './tls.ts';

export { certificateFiles } from './certificate.ts';
export { PATIENCE } from './client.ts';
export { setStage } from './stage.ts';

/**
 * The promises of `ports/socket.ts` as tests, over real TCP connections on free ports of the loopback.
 * Every implementation passes all of them.
 */
export function socketContract(name: string, listen: Listen): void {
  describe(`sockets over ${name}`, { timeout: 30_000 }, () => {
    admissionContract(listen);
    messageContract(listen);
    sendingContract(listen);
    endingContract(listen);
    httpContract(listen);
    requestContract(listen);
    listeningContract(listen);
    faultContract(listen);
    tlsContract(listen);
    resilienceContract(listen);
  });
}
