import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressFiles } from './compress-files.ts';
import { subsetFonts } from './subset-fonts.ts';

const apiOrigin = 'http://localhost:4000';

export default defineConfig({
  plugins: [react(), subsetFonts(), compressFiles()],
  build: {
    // `light-dark()` must reach the browser as written.
    cssTarget: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
    // The content security policy allows fonts of our own origin, not data URLs.
    assetsInlineLimit: 0,
    // All of these browsers load modules ahead by themselves.
    modulePreload: { polyfill: false },
    // One small file: a page's own that failed to load once would be taken for loaded at the next try.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page uses is one file: a dozen of a few hundred bytes each weigh a kilobyte more.
          groups: [
            {
              name: 'base',
              test: /node_modules\/(react|react-dom|scheduler|@tanstack|@mantine\/hooks|@0no-co|graphql-ws)\/|createReactComponent|UnstyledButton|icons\/Icon(AlertTriangle|ArrowBackUp|Check|Lock|X)\.mjs|create-vars-resolver|use-resolved-styles-api|create-scoped-keydown-handler/,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/graphql': { target: apiOrigin, ws: true },
      '/schema.graphql': apiOrigin,
      '/session': apiOrigin,
    },
  },
});
