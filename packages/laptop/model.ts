export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** A resource of the assembly, with its intrinsics resolved. */
export type Resource = {
  stack: string
  logicalId: string
  type: string
  properties: JsonObject
  /** What `Ref` gives: a physical name, an id or a URL. */
  ref: string
  /** What `Fn::GetAtt` gives. */
  attributes: Record<string, string>
}

export const ACCOUNT = '000000000000'
export const REGION = 'us-east-1'
