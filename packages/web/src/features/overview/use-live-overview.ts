import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSubscription } from '../../live/session.tsx';
import {
  HealthChanged,
  healthOptions,
  MetricsUpdated,
  QueueUpdated,
  queueOptions,
  type MetricsSample,
} from './overview-data.ts';

/** Feeds the overview from its own subscriptions; returns the last sample of the metrics. */
export const useLiveOverview = (): MetricsSample | null => {
  const queryClient = useQueryClient();
  const [sample, setSample] = useState<MetricsSample | null>(null);
  useSubscription(QueueUpdated, {}, ({ queueUpdated }) =>
    queryClient.setQueryData(queueOptions().queryKey, { queue: queueUpdated }),
  );
  useSubscription(
    HealthChanged,
    {},
    () => void queryClient.invalidateQueries({ queryKey: healthOptions().queryKey }),
  );
  useSubscription(MetricsUpdated, {}, ({ metricsUpdated }) => setSample(metricsUpdated));
  return sample;
};
