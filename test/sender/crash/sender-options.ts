/** What parent and children send with: repeats come quickly, and often enough that none is used up. */
export const senderOptions = {
  retry: { delaysMs: [0, ...Array<number>(99).fill(30)] },
  requestTimeoutMs: 5000,
  allowHttp: true,
  allowPrivateNetworks: ['127.0.0.0/8'],
  onEvent: () => {},
};
