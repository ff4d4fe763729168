import { useState } from 'react';
import { DecideByLink } from '../../features/decide-by-link/decide-by-link.tsx';
import { DiffView } from '../../features/plans/diff-view.tsx';
import { Findings } from '../../features/plans/findings.tsx';

/** The token stands behind the `#`, so no server, log or referrer has it. */
export const DecidePage = () => {
  const [token] = useState(() => window.location.hash.slice(1));
  const [viewed, setViewed] = useState<ReadonlySet<string>>(new Set());
  const see = (key: string, isViewed: boolean): void => {
    setViewed((all) => new Set(isViewed ? [...all, key] : [...all].filter((other) => other !== key)));
  };
  return (
    <DecideByLink
      token={token}
      renderFindings={(findings) => <Findings findings={findings} />}
      renderDiff={(diff, key) => (
        <DiffView
          key={key}
          placed={{ key, diff, isDestructive: diff.isDestructive }}
          isSplit={false}
          long={() => <p>It is too long to be shown here whole.</p>}
          isViewed={viewed.has(key)}
          onViewedChange={see}
        />
      )}
    />
  );
};
