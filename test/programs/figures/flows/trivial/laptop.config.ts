import type { LaptopConfig } from '@lethe/laptop/config.ts'

/** Of an app with nothing but two routes. Its assembly is written by hand, so that its `app` is never built. */
export default {
  name: 'Trivial',
  folder: '.trivial',
  stateMark: 'trivial-state.json',
  app: { entry: 'none', inputs: [], context: () => ({}) },
  dynamodb: { endpointVariable: 'TRIVIAL_DYNAMODB_ENDPOINT', accessKeyId: 'trivial' },
  welcome: () => 'GET /hello and GET /other',
  sam: { route: 'GET /hello', clientEndpointVariables: [] },
} satisfies LaptopConfig
