/** Hands agents the tools that they look things up with, each upon their own tenant's data, and counts the calls. */
export { createToolQueries, type ToolQueries, type ToolSaid, type ToolView } from './queries.ts';
export { createToolbox, type Toolbox } from './toolbox.ts';
