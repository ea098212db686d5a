import { createRouter, createWebHistory, type RouterHistory } from 'vue-router'

import ReviewPage from './review/ReviewPage.vue'
import PasswordPage from './session/PasswordPage.vue'
import { leadingTo, START } from './session/next'
import type { Session } from './session/session'
import SignInPage from './session/SignInPage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Whether the page shows without a session. */
    open?: boolean
    /** Whether the page fills the window, without the navigation. */
    bare?: boolean
  }
}

/**
 * The console's addresses. A page without a session leads to the sign-in page and back; while a
 * password has to be changed, it leads to the page for that and back.
 */
export function makeRouter(session: Session, history: RouterHistory = createWebHistory('/')) {
  const router = createRouter({
    history,
    routes: [
      { path: '/', redirect: START },
      { path: '/sign-in', name: 'sign-in', component: SignInPage, meta: { open: true, bare: true } },
      { path: '/password', name: 'password', component: PasswordPage, meta: { bare: true } },
      // The address in every watermark; anybody may open it.
      { path: '/V/:code?', name: 'verify', component: () => import('./verify/VerifyPage.vue'), meta: { open: true, bare: true } },
      { path: '/review', name: 'review', component: ReviewPage },
      { path: '/map', name: 'map', component: () => import('./map/MapPage.vue') },
      { path: '/inspections', name: 'inspections', component: () => import('./inspections/InspectionsPage.vue') },
      { path: '/points', name: 'points', component: () => import('./points/PointsPage.vue') },
      { path: '/points/import', name: 'import', component: () => import('./points/ImportPage.vue') },
      { path: '/rescue', name: 'rescue', component: () => import('./rescue/RescuePage.vue') },
      { path: '/standards', name: 'standards', component: () => import('./standards/StandardsPage.vue') },
      { path: '/:rest(.*)', name: 'missing', component: () => import('./parts/MissingPage.vue') },
    ],
  })
  router.beforeEach((to) => {
    const signedIn = session.status.value === 'in'
    if (signedIn && to.name === 'sign-in') return START
    if (to.meta.open) return true
    if (!signedIn) return { name: 'sign-in', query: leadingTo(to.fullPath) }
    if (session.mustChange.value && to.name !== 'password') return { name: 'password', query: leadingTo(to.fullPath) }
    return true
  })
  return router
}
