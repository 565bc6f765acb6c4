/** What both senders of the test of a stopped one send with: an answer is waited for longer than a lease lasts. */
export const stoppedOptions = {
  requestTimeoutMs: 120_000,
  allowHttp: true,
  allowPrivateNetworks: ['127.0.0.0/8'],
};
