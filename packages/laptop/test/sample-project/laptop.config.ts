import type { LaptopConfig } from '../../config.ts'

/** A config with everything in it. */
export default {
  name: 'Sample',
  folder: '.sample',
  stateMark: 'sample-state.json',
  app: {
    entry: 'bin/app.ts',
    inputs: ['bin', 'lib', 'functions', 'package-lock.json', 'cdk.json'],
    context: ({ outboxUrl }) => ({ issuerUrl: `${outboxUrl}/{bucket}` }),
  },
  dynamodb: { endpointVariable: 'SAMPLE_DYNAMODB_ENDPOINT', accessKeyId: 'sample' },
  welcome: ({ apiUrl }) => `Try this:\n\n  curl ${apiUrl}/users --json '{"name":"Ada"}'`,
  sam: {
    route: 'GET /health',
    clientEndpointVariables: ['FILES_ENDPOINT'],
    architectureContext: 'architecture',
  },
} satisfies LaptopConfig
