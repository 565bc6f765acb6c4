import type { NextConfig } from 'next';

const config: NextConfig = {
  // The workspace checks the types of this folder too.
  typescript: { ignoreBuildErrors: true },
};

export default config;
