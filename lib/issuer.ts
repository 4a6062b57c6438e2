import { Validations } from 'aws-cdk-lib'
import { Distribution, PriceClass, ViewerProtocolPolicy } from 'aws-cdk-lib/aws-cloudfront'
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'

/** The issuer that tokens name: CloudFront in front of the documents, or the team's own host that serves them. */
export class Issuer extends Construct {
  readonly url: string

  constructor(scope: Construct, id: string, props: { documents: Bucket; issuerUrl: string | undefined }) {
    super(scope, id)
    if (props.issuerUrl) {
      this.url = props.issuerUrl.replaceAll('{bucket}', props.documents.bucketName)
      return
    }
    const distribution = new Distribution(this, 'Distribution', {
      comment: 'Issuer documents of Lethe',
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(props.documents),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      },
      priceClass: PriceClass.PRICE_CLASS_100,
    })
    for (const [rule, reason] of Object.entries(ACKNOWLEDGED)) {
      Validations.of(distribution).acknowledge({ id: `AwsSolutions-${rule}`, reason })
    }
    this.url = `https://${distribution.distributionDomainName}`
  }
}

const ACKNOWLEDGED = {
  CFR1: 'Public keys are for everyone, in every country.',
  CFR2: 'Two static documents of a few kilobytes: a firewall in front of them protects nothing.',
  CFR3: 'Reading a public key is not an event anyone will look up.',
  CFR4: 'The default certificate of *.cloudfront.net brings its own TLS policy; the issuer host has no other name.',
}
