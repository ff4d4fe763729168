import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const Viewer = graphql(`
  query Viewer {
    eventCursor
    viewer {
      principal {
        id
        type
        name
        roles
      }
      tenant {
        id
        name
      }
      canSubmit
      canApprove
      canOperate
      canAdminister
    }
  }
`);

export const viewerOptions = () => ({ ...documentOptions(Viewer, {}), staleTime: 60_000 });
