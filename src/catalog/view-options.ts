/** Options of views, which are kept as storage parameters of the relation. */
import type { RelationObject } from './objects.ts'

/** WITH CHECK OPTION, whether it was written so or as a parameter. */
export const viewCheckOption = ({ options }: RelationObject): 'local' | 'cascaded' | null => {
  const option = options.find((o) => o.startsWith('check_option='))
  if (option === undefined) return null
  return option.endsWith('=local') ? 'local' : 'cascaded'
}

const isOn = ({ options }: RelationObject, name: string): boolean =>
  options.some((o) => o.startsWith(`${name}=`) && /=(true|on|yes|1)$/i.test(o))

/** What a view reads is read with the rights of whoever reads the view, not of its owner. */
export const isSecurityInvoker = (view: RelationObject): boolean => isOn(view, 'security_invoker')

/** Conditions around a view are looked at after its own, unless they give nothing away. */
export const isSecurityBarrier = (view: RelationObject): boolean => isOn(view, 'security_barrier')
