import type { LaptopConfig } from '@lethe/laptop/config.ts'

/** What the cloud on a laptop (packages/laptop) must know of this app. */
export default {
  name: 'Lethe',
  folder: '.lethe',
  stateMark: 'lethe-state.json',
  app: {
    entry: 'bin/lethe.ts',
    inputs: ['bin', 'lib', 'functions', 'package-lock.json', 'cdk.json'],
    context: ({ outboxUrl }) => ({
      // The outbox serves the issuer documents, where AWS has CloudFront.
      issuerUrl: `${outboxUrl}/{bucket}`,
      // The laptop has a scanner: files wait for its result here as they do in AWS.
      scanner: 'events',
    }),
  },
  dynamodb: { endpointVariable: 'LETHE_DYNAMODB_ENDPOINT', accessKeyId: 'lethe' },
  welcome: ({ apiUrl }) => `Sign up, then open the outbox:

  curl ${apiUrl}/users --json '{"email":"ada@example.com","password":"seven lanterns over a quiet harbour"}'`,
  sam: {
    route: 'GET /health',
    // Clients send files to presigned URLs.
    clientEndpointVariables: ['FILES_ENDPOINT'],
    architectureContext: 'architecture',
  },
} satisfies LaptopConfig
