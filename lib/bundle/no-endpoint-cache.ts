/** Stands in for @aws-sdk/endpoint-cache inside the bundles: made by the client, used only by endpoint discovery. */
export class EndpointCache {
  get(): never {
    throw new Error('endpoint discovery is not part of the bundles')
  }
}
