import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const WhoMakesKeys = graphql(`
  query WhoMakesKeys {
    principals(first: 200) {
      nodes {
        name
        type
        roles
      }
    }
  }
`);

/** For who cannot make keys: the people who can. */
export const whoMakesKeysOptions = () => documentOptions(WhoMakesKeys, {}, { refetchOn: ['principal.'] });
