/** A PROXY protocol header, version 2, that names an IPv4 address (haproxy.org, proxy-protocol.txt, section 2.2). */
export function proxyHeader(address: string): Buffer {
  const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
  const proxiedTcpOverIpv4 = [0x21, 0x11, 0, 12];
  const ports = [0x30, 0x39, 0x1f, 0x90];
  return Buffer.concat([
    signature,
    Buffer.from(proxiedTcpOverIpv4),
    Buffer.from([...address.split('.').map(Number), 127, 0, 0, 1, ...ports]),
  ]);
}
