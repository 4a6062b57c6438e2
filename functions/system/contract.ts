import * as v from 'valibot'
import type { Contract } from '../http/contract.ts'

export const getHealth = {
  summary: 'Alive: one item was read.',
  answers: { 200: v.strictObject({ status: v.literal('ok') }) },
} as const satisfies Contract

export const getOpenapi = {
  summary: 'This document.',
  answers: { 200: v.looseObject({ openapi: v.string() }) },
} as const satisfies Contract
