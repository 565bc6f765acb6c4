import type { NextConfig } from 'next';

const config: NextConfig = {
  // The types are those of the workspace, which checks this folder too.
  typescript: { ignoreBuildErrors: true },
};

export default config;
