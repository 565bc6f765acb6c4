import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { mustBe } from '@countersign/core/strict';

/**
 * What certificates are checked against: the platform's authorities, and those given. Made when it is first needed,
 * because reading them all takes a while; the given ones are checked at once.
 */
export function trusting(ca: unknown): () => SecureContext {
  const given = typeof ca === 'string' ? [ca] : ca;
  if (!Array.isArray(given) || !given.every(isCertificate)) {
    throw mustBe('tls.ca', 'a certificate in PEM or a list of them', ca);
  }
  let context: SecureContext | undefined;
  return () => {
    context ??= createSecureContext(given.length === 0 ? {} : { ca: [...rootCertificates, ...given] });
    return context;
  };
}

function isCertificate(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  try {
    new X509Certificate(value);
    return true;
  } catch {
    return false;
  }
}
