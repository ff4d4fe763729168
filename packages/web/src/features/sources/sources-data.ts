import type { SourceKind } from '@countersign/shared';
import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const Quarantines = graphql(`
  query Quarantines {
    quarantines {
      id
      kind
      reference
      reason
      at
      releasedAt
      releaseReason
      waitingTaskIds
      viewerCanRelease
      by {
        id
        type
        name
      }
      releasedBy {
        id
        type
        name
      }
    }
  }
`);
export type Quarantine = ResultOf<typeof Quarantines>['quarantines'][number];

export const quarantinesOptions = () => documentOptions(Quarantines, {}, { refetchOn: ['source.'] });

export const quarantineSource = actOf(
  graphql(`
    mutation QuarantineSource($input: QuarantineSourceInput!) {
      quarantineSource(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const releaseSource = actOf(
  graphql(`
    mutation ReleaseSource($input: ReleaseSourceInput!) {
      releaseSource(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const kindWords: Readonly<Record<SourceKind, string>> = {
  WEB: 'web page',
  MAIL: 'mail from',
  MESSAGE: 'message from',
  FILE: 'file',
  TOOL: 'output of',
};
