/** The bird: seen from below, wings spread, with a few of a starling's speckles. */
export function Logo({ className }: { readonly className?: string }) {
  return (
    <svg className={className ? `logo ${className}` : 'logo'} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g transform="rotate(38 16 16)">
        <path
          className="logo-bird"
          d="M16 1.5c1 1.9 1.7 4.3 2 6.5 5.2 1.2 10.3 4.3 13 9.8-4.4-1.9-8.3-2.3-11.7-1.3-.3 3.9.2 8.3 1.5 12.7L16 26.8l-4.8 2.4c1.3-4.4 1.8-8.8 1.5-12.7-3.4-1-7.3-.6-11.7 1.3 2.7-5.5 7.8-8.6 13-9.8.3-2.2 1-4.6 2-6.5Z"
        />
        <g className="logo-speckles">
          <circle cx="14.6" cy="13.5" r=".8" />
          <circle cx="17.5" cy="15.6" r=".8" />
          <circle cx="15.3" cy="18.8" r=".7" />
          <circle cx="17" cy="22.3" r=".7" />
          <circle cx="9.6" cy="12.6" r=".7" />
          <circle cx="22.4" cy="12.6" r=".7" />
        </g>
      </g>
    </svg>
  )
}
