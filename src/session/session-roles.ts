/**
 * Who a session is: the role that logged in, the one that SET SESSION AUTHORIZATION put in its place, and the one that SET
 * ROLE made current. The last two are settings, so that they go back with their transaction.
 */
import type { RoleObject } from '../catalog/objects.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import type { SessionSettings } from '../config/session-settings.ts'
import { roleDenied, sessionAuthorizationDenied, unknownRole } from '../errors/raise/session.ts'

/** The value of the setting `role` with which the session's user is the current one. */
const NONE = 'none'

export class SessionRoles {
  readonly #authenticated: RoleObject
  readonly #settings: SessionSettings
  readonly #catalog: () => CatalogSnapshot
  #session: RoleObject
  #current: RoleObject

  constructor(authenticated: RoleObject, settings: SessionSettings, catalog: () => CatalogSnapshot) {
    this.#authenticated = authenticated
    this.#settings = settings
    this.#catalog = catalog
    this.#session = authenticated
    this.#current = authenticated
    settings.setDefault('session_authorization', authenticated.name, 'client', true)
    settings.checkBefore('session_authorization', (name) => {
      const role = this.#named(name)
      if (role.oid !== authenticated.oid && !authenticated.superuser) throw sessionAuthorizationDenied()
    })
    settings.checkBefore('role', (name) => {
      if (name === NONE) return
      const role = this.#named(name)
      if (!this.#session.superuser && !this.#isMember(this.#session, role.oid)) throw roleDenied(name)
    })
    settings.onChange(({ name }) => {
      if (name === 'role' || name === 'session_authorization') this.#follow()
    })
    settings.override('is_superuser', authenticated.superuser)
  }

  get session(): RoleObject {
    return this.#session
  }

  get current(): RoleObject {
    return this.#current
  }

  #named(name: string): RoleObject {
    const role = this.#catalog().roleByName(name)
    if (role === null) throw unknownRole(name)
    return role
  }

  /** Whether a role is another one or in it, directly or by other roles. */
  #isMember(role: RoleObject, of: number, seen = new Set<number>()): boolean {
    if (role.oid === of) return true
    seen.add(role.oid)
    return role.memberOf.some((oid) => {
      const group = seen.has(oid) ? null : this.#catalog().role(oid)
      return group !== null && this.#isMember(group, of, seen)
    })
  }

  /** Takes over what the settings say. A role that was dropped meanwhile has no successor. */
  #follow(): void {
    const role = this.#settings.text('role')
    this.#session = this.#catalog().roleByName(this.#settings.text('session_authorization')) ?? this.#authenticated
    this.#current = (role === NONE ? null : this.#catalog().roleByName(role)) ?? this.#session
    const { superuser } = this.#current
    if (this.#settings.bool('is_superuser') !== superuser) this.#settings.override('is_superuser', superuser)
  }
}
