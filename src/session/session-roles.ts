/**
 * Who a session is: the role that logged in, the one that SET SESSION AUTHORIZATION put in its place, and the one that SET
 * ROLE made current. The last two are settings, so that they go back with their transaction.
 */
import type { RoleObject } from '../catalog/objects.ts'
import { isMemberOf } from '../catalog/privileges/membership.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import type { SessionSettings } from '../config/session-settings.ts'
import { notInSecurityDefiner, roleDenied, sessionAuthorizationDenied, unknownRole } from '../errors/raise/session.ts'

/** The value of the setting `role` with which the session's user is the current one. */
const NONE = 'none'

export class SessionRoles {
  readonly #authenticated: RoleObject
  /** Owners of functions that run with their owners' rights, innermost last. */
  readonly #definers: number[] = []
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
      this.#refuseInDefiner('session_authorization')
      const role = this.#named(name)
      if (role.oid !== authenticated.oid && !authenticated.superuser) throw sessionAuthorizationDenied()
    })
    settings.checkBefore('role', (name) => {
      this.#refuseInDefiner('role')
      if (name === NONE) return
      const role = this.#named(name)
      if (!isMemberOf(this.#catalog(), this.#session.oid, role.oid)) throw roleDenied(name)
    })
    settings.onChange(({ name }) => {
      if (name === 'role' || name === 'session_authorization') this.#follow()
    })
    settings.override('is_superuser', authenticated.superuser)
  }

  /** As the catalog has it now; as it was where it is gone. */
  get session(): RoleObject {
    return this.#catalog().role(this.#session.oid) ?? this.#session
  }

  get current(): RoleObject {
    const oid = this.#definers.at(-1) ?? this.#current.oid
    return this.#catalog().role(oid) ?? this.#current
  }

  /** The current role is the owner of a function from now on; answers what ends that. */
  enterDefiner(owner: number): () => void {
    this.#definers.push(owner)
    return () => this.#definers.pop()
  }

  #refuseInDefiner(setting: string): void {
    if (this.#definers.length > 0) throw notInSecurityDefiner(setting)
  }

  #named(name: string): RoleObject {
    const role = this.#catalog().roleByName(name)
    if (role === null) throw unknownRole(name)
    return role
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
