import type { Attempt, Delivery, EndpointStats } from '@countersign/sender';
import type { WireAttempt, WireDelivery, WireStats } from '../schemas/delivery.js';

/** A delivery as it is answered. */
export function wireDelivery(delivery: Delivery): WireDelivery {
  return {
    id: delivery.id,
    endpoint_id: delivery.endpointId,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    status: delivery.status,
    attempt_count: delivery.attemptCount,
    created_at: delivery.createdAt.toISOString(),
    finished_at: wireTime(delivery.finishedAt),
    next_attempt_at: wireTime(delivery.nextAttemptAt),
    last_status: delivery.lastStatus ?? null,
    last_error: delivery.lastError ?? null,
  };
}

/** An attempt as it is answered. */
export function wireAttempt({ number, at, durationMs, status, error, responseBody }: Attempt): WireAttempt {
  return {
    number,
    at: at.toISOString(),
    duration_ms: durationMs,
    status: status ?? null,
    error: error ?? null,
    response_body: responseBody ?? null,
  };
}

/** An endpoint's numbers as they are answered. */
export function wireStats(stats: EndpointStats): WireStats {
  return {
    total: stats.total,
    successful: stats.successful,
    failed: stats.failed,
    success_rate: stats.successRate ?? null,
    average_response_time_ms: stats.averageResponseTimeMs ?? null,
    p95_response_time_ms: stats.p95ResponseTimeMs ?? null,
    pending: stats.pending,
    retry_queue: stats.retryQueue,
    last_delivered_at: wireTime(stats.lastDeliveredAt),
  };
}

function wireTime(at: Date | undefined): string | null {
  return at === undefined ? null : at.toISOString();
}
