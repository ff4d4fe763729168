const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Four weeks of three services; the last week of one has grown. */
export const sandboxCharges = (now: Date): string => {
  const costs: Readonly<Record<string, (week: number) => number>> = {
    Compute: () => 120,
    Database: () => 45,
    'Object storage': (week) => (week === 3 ? 33 : 18),
  };
  const rows = Array.from({ length: 28 }, (_, day) =>
    Object.entries(costs).map(([service, costOf]) =>
      [
        costOf(Math.floor(day / 7)).toFixed(2),
        'EUR',
        new Date(now.getTime() - (27 - day) * dayMs).toISOString(),
        service,
        service === 'Object storage' ? 'old-backups' : '',
        'eu-central-1',
      ].join(','),
    ),
  );
  return [
    'BilledCost,BillingCurrency,ChargePeriodStart,ServiceName,ResourceName,RegionId',
    ...rows.flat(),
  ].join('\n');
};

/** An hour of which the database's trouble is a part, and what followed from it. */
export const sandboxLogs = (now: Date): string => {
  const at = (minutes: number): string => new Date(now.getTime() - minutes * minuteMs).toISOString();
  const quiet = Array.from({ length: 20 }, (_, place) => ({
    time: at(60 - place * 2),
    level: 'info',
    service: `server-${place + 1}`,
    message: 'request served',
  }));
  const trouble = [
    { time: at(15), level: 'warn', service: 'shop-db', message: 'checkpoints are occurring too frequently' },
    { time: at(14), level: 'error', service: 'shop-db', message: 'remaining connection slots are reserved' },
    {
      time: at(13.5),
      level: 'error',
      service: 'server-7',
      message: 'too many clients already',
      traceId: 't-7',
    },
    {
      time: at(13.2),
      level: 'error',
      service: 'server-12',
      message: 'too many clients already',
      traceId: 't-12',
    },
    { time: at(13), level: 'error', service: 'shop-lb', message: '502 from server-7' },
  ];
  return [...quiet, ...trouble].map((line) => JSON.stringify(line)).join('\n');
};
