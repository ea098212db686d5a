import type { Person, Role } from '@xunfang/shared'

/** Whether somebody has one of the roles, however far it reaches. The server decides; a screen only hides what it would refuse. */
export function hasRole(person: Person | null | undefined, ...roles: readonly Role[]): boolean {
  return person?.grants.some((grant) => roles.includes(grant.role)) ?? false
}

/** Whether somebody administers all of their district. */
export function administers(person: Person | null | undefined): boolean {
  return person?.grants.some((grant) => grant.role === 'administrator' && grant.scope.kind === 'district') ?? false
}
